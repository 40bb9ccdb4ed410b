/** What two operands are asked, spelled as in Consul's filter language. */
export type Operator =
  '==' | '!=' | 'in' | 'not in' | 'contains' | 'not contains' | 'matches' | 'not matches' | 'is empty' | 'is not empty';

/** A filter as a tree. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | Match;

/** One question about one field. */
export interface Match {
  readonly kind: 'match';
  /** `Meta["a b"].c` as its parts. */
  readonly selector: readonly string[];
  readonly operator: Operator;
  /** As written, without quotes; empty for the operators that have none. */
  readonly value: string;
}

/** A filter that cannot be understood, or that asks of a field what it does not have. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}
