import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { bodyErrors, parameterErrors } from './field-errors.js';
import { FormBody, fromForm } from './form.js';
import { HTTP_PROBLEMS } from './http-problems.js';
import { MultipartBody } from './multipart.js';
import { Problem } from './problem.js';

/**
 * Validates what a handler takes by the schema on its parameter: `@Body({ schema })`, `@Query({ schema })`,
 * `@Param({ schema })`. A body that breaks a rule is a 422, a bad path or query a 400, each with one error for each field.
 */
export class ValidationPipe implements PipeTransform {
  async transform(value: unknown, { schema, type, data }: ArgumentMetadata): Promise<unknown> {
    if (!schema) return value;
    if (value instanceof MultipartBody) {
      throw new Problem(HTTP_PROBLEMS.unsupportedMediaType, { detail: 'multipart/form-data is for files' });
    }
    const result = await schema['~standard'].validate(value instanceof FormBody ? fromForm(value, schema) : value);
    if (!result.issues) return result.value;
    if (type === 'body' && value === undefined) {
      throw new Problem(HTTP_PROBLEMS.malformedRequest, { detail: 'a body is expected, and there is none' });
    }
    if (type === 'body') throw new Problem(HTTP_PROBLEMS.invalidBody, { errors: bodyErrors(result.issues) });
    throw new Problem(HTTP_PROBLEMS.malformedRequest, {
      detail: `a parameter of the ${type === 'query' ? 'query' : 'path'} is wrong`,
      errors: parameterErrors(result.issues, data),
    });
  }
}
