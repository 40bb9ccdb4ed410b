/** The bytes are no DNS message. The only error that parsing throws. */
export class ParseError extends Error {
  constructor(
    message: string,
    /** Where in the message the offending octet stands. */
    readonly offset: number,
  ) {
    super(`${message} at octet ${offset}`);
    this.name = 'ParseError';
  }
}
