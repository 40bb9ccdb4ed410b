import { z } from 'zod';

/**
 * The parameter `fields` of a list: which fields its items should have, separated by commas.
 *
 * @param fields all that there are
 */
export function fieldsParameter<const Field extends string>(fields: readonly Field[]) {
  const form = new RegExp(`^(?:${fields.join('|')})(?:,(?:${fields.join('|')}))*$`);
  return z
    .string()
    .max(500)
    .regex(form, `must be some of ${fields.join(', ')}, separated by commas`)
    .describe('Which fields the items have, separated by commas.')
    .meta({ examples: ['id,title'] })
    .transform((text) => [...new Set(text.split(','))] as Field[])
    .optional();
}

/** The fields of an item that were asked for, in that order. */
export function pickFields<Item extends object>(item: Item, fields: readonly (keyof Item)[]): Partial<Item> {
  return Object.fromEntries(fields.map((field) => [field, item[field]])) as Partial<Item>;
}
