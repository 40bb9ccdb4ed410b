import { All, Controller } from '@nestjs/common';
import { Describe } from './describe.decorator.js';
import { ConsulError } from './errors.js';

/** `/v1/acl`: there are no access-control lists, as on a Consul agent where they are switched off. */
@Controller('v1/acl')
export class AclController {
  @All('*')
  @Describe({ summary: 'There are no access-control lists: 401' })
  refuse(): never {
    throw new ConsulError(401, 'ACL support disabled');
  }
}
