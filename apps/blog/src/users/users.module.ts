import { Module } from '@nestjs/common';
import { UsersController } from './users.controller.js';

/** The accounts over HTTP, for admins; `Accounts` itself comes with the module of logins. */
@Module({ controllers: [UsersController] })
export class UsersModule {}
