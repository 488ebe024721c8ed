/** Cases are told apart by what goes in, not by their names. */
export function keyOf({ role, options, send, answer, input, steps, blocks, end }) {
  const given = blocks?.map(({ maxTableSizes, block }) => [maxTableSizes, block]);
  return JSON.stringify([role, options, send, answer, input, steps, given, end]);
}
