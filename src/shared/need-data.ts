// What a connection says when it has nothing to say: the same of every protocol, so that one loop serves them all.

/** There is no event until more is fed. */
export interface NeedDataEvent {
  readonly type: "need-data";
}

/** The one `need-data`. */
export const NEED_DATA: NeedDataEvent = Object.freeze({ type: "need-data" });
