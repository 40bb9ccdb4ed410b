type JsonObject = Record<string, unknown>;

interface Converter {
  input(options: { target: string }): JsonObject;
  output(options: { target: string }): JsonObject;
}

/**
 * Converts a schema to JSON Schema 2020-12, which OpenAPI 3.1 uses. Left alone, @nestjs/swagger asks for the dialect of
 * OpenAPI 3.0, in which bounds and tuples are written otherwise.
 *
 * @returns the schema and those that it refers to by name, or undefined for a schema that cannot tell
 */
export function convertSchema(
  schema: unknown,
  { schemaType }: { schemaType: 'input' | 'output' },
): { schema: JsonObject; components: Record<string, JsonObject> } | undefined {
  const converter = (schema as { '~standard'?: { jsonSchema?: Converter } })['~standard']?.jsonSchema;
  if (!converter) return undefined;
  const { $defs, ...whole } = converter[schemaType]({ target: 'draft-2020-12' });
  delete whole['$schema'];
  const components = rewriteReferences(($defs ?? {}) as JsonObject) as Record<string, JsonObject>;
  for (const component of Object.values(components)) delete component['id'];
  return { schema: rewriteReferences(whole) as JsonObject, components };
}

function rewriteReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rewriteReferences);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) =>
    key === '$ref' && typeof inner === 'string'
      ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
      : [key, rewriteReferences(inner)],
  );
  return Object.fromEntries(entries) as JsonObject;
}
