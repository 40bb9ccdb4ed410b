import { convertSchema } from './json-schema.js';

/** The fields of an `application/x-www-form-urlencoded` body: all of them texts, a repeated one an array. */
export class FormBody {
  readonly fields: Readonly<Record<string, string | string[]>>;

  /** @param text the body; a percent-escape that is none stands as it is, as the URL standard has it */
  constructor(text: string) {
    const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
    for (const [name, value] of new URLSearchParams(text)) {
      const before = fields[name];
      fields[name] = before === undefined ? value : [before, value].flat();
    }
    this.fields = fields;
  }
}

const INTEGER = /^-?\d{1,15}$/;

/** What of a JSON Schema is needed to know which fields are numbers. */
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
}

const integerFields = new WeakMap<object, ReadonlySet<string>>();

/**
 * A form has no numbers: fields that `schema` describes as integers become such when they are written as one. All others
 * stay as they are and are left to the validation, which then says the same as of a JSON body.
 */
export function fromForm(form: FormBody, schema: object): Record<string, unknown> {
  const integers = integersOf(schema);
  return Object.fromEntries(
    Object.entries(form.fields).map(([name, value]) => {
      const isInteger = integers.has(name) && typeof value === 'string' && INTEGER.test(value);
      return [name, isInteger ? Number(value) : value];
    }),
  );
}

function integersOf(schema: object): ReadonlySet<string> {
  const known = integerFields.get(schema);
  if (known) return known;
  const { properties = {} } = describe(schema);
  const found = new Set(Object.keys(properties).filter((name) => properties[name]!.type === 'integer'));
  integerFields.set(schema, found);
  return found;
}

/** The JSON Schema of what `schema` takes; one that has a name is a reference to a component. */
function describe(schema: object): ObjectSchema {
  const converted = convertSchema(schema, { schemaType: 'input' });
  if (!converted) return {};
  const { $ref } = converted.schema;
  return typeof $ref === 'string' ? converted.components[$ref.split('/').at(-1)!]! : converted.schema;
}
