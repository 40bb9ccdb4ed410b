import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { HTTP_PROBLEMS } from './http-problems.js';
import { convertSchema } from './json-schema.js';
import { problemResponses } from './openapi.decorator.js';
import { PAGE_CONTENT_SECURITY_POLICY } from './security-headers.js';

export interface DocumentationOptions {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  /** The modules whose routes it describes. */
  readonly modules: readonly Type[];
}

const PATH = 'docs';

/** Serves an OpenAPI 3.1 document that is made from the schemas that validate. */
export function serveDocumentation(app: NestFastifyApplication, options: DocumentationOptions): void {
  serveDocument(app, options.title, () => buildDocument(app, options));
}

/**
 * Serves an OpenAPI document at `/docs-json` and a page that shows it at `/docs`. The page's files are served from here too: it works
 * without a network.
 *
 * @param build called once, when somebody first asks
 */
export function serveDocument(app: NestFastifyApplication, title: string, build: () => OpenAPIObject): void {
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup(PATH, app, () => (document ??= build()), {
    jsonDocumentUrl: `${PATH}-json`,
    raw: ['json'],
    customSiteTitle: title,
    // The badge would send the document's address to a validator elsewhere.
    swaggerOptions: { validatorUrl: null, persistAuthorization: false },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (request.url === `/${PATH}` || request.url.startsWith(`/${PATH}/`)) {
        void reply.header('content-security-policy', PAGE_CONTENT_SECURITY_POLICY);
      }
      done();
    });
}

/** Builds the document from the routes of an initialised application. */
export function buildDocument(app: NestFastifyApplication, options: DocumentationOptions): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle(options.title)
    .setDescription(options.description)
    .setVersion(options.version)
    .setOpenAPIVersion('3.1.1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'token')
    .addBasicAuth({ type: 'http', scheme: 'basic' }, 'password')
    .build();
  const document = SwaggerModule.createDocument(app, base, {
    include: [...options.modules],
    standardSchemaConverter: convertSchema,
  });
  addEdgeProblems(document);
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
  };
  return document;
}

/** What any operation may answer before it is reached. */
const EDGE_PROBLEMS = problemResponses([HTTP_PROBLEMS.uriTooLong, HTTP_PROBLEMS.headersTooLarge]);

function addEdgeProblems({ paths }: OpenAPIObject): void {
  for (const { get, post, put, patch, delete: remove } of Object.values(paths)) {
    for (const operation of [get, post, put, patch, remove]) {
      for (const { status, ...response } of operation ? EDGE_PROBLEMS : []) operation!.responses[status] = response;
    }
  }
}

const FIELD_ERROR_SCHEMA = {
  type: 'object',
  required: ['detail'],
  properties: {
    pointer: { type: 'string', description: 'Where in the body: a JSON Pointer as a URI fragment.' },
    parameter: { type: 'string', description: 'Which parameter of the path or the query.' },
    detail: { type: 'string' },
  },
};

/** The document's description of problem details (RFC 9457). */
const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'Names the kind of problem; never changes.' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'What happened this time.' },
    instance: { type: 'string', format: 'uri', description: 'Finds this occurrence in the log.' },
    code: { type: 'integer', description: 'The number that older clients switch on.' },
    errors: { type: 'array', items: FIELD_ERROR_SCHEMA },
  },
};
