// What a connection returns when it has no event: the same object in every protocol, so that one loop serves them all.

/** There is no event until more is fed. */
export interface NeedDataEvent {
  readonly type: "need-data";
}

/** The only `need-data` event. */
export const NEED_DATA: NeedDataEvent = Object.freeze({ type: "need-data" });
