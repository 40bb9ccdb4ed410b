import { All, Controller } from '@nestjs/common';
import { ConsulError } from './errors.js';

/** `/v1/acl`: there are no access-control lists, as on a Consul agent where they are switched off. */
@Controller('v1/acl')
export class AclController {
  @All('*')
  refuse(): never {
    throw new ConsulError(401, 'ACL support disabled');
  }
}
