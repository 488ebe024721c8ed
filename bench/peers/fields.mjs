// @ts-check
// Fields in the form in which most parsers give them: one flat array of alternating names and values.

/**
 * Returns the first value of a field, ignoring the case of its name.
 *
 * @param {readonly string[]} fields
 * @param {string} name lower-case
 */
export function findField(fields, name) {
  for (let index = 0; index < fields.length; index += 2) {
    const candidate = fields[index];
    if (candidate.length === name.length && candidate.toLowerCase() === name) return fields[index + 1];
  }
  return null;
}

/** @param {readonly string[]} fields */
export function totalLength(fields) {
  let total = 0;
  for (let index = 0; index < fields.length; index += 2) total += fields[index].length + fields[index + 1].length;
  return total;
}
