import { z } from 'zod';

/** What is told of an image that was stored. */
export const imageSchema = z
  .object({
    url: z.string().describe('Where it is from now on, on this server; it fits `cover_image_url`.'),
    width: z.int().min(1).describe('Pixels.'),
    height: z.int().min(1).describe('Pixels.'),
    bytes: z.int().min(1).describe('Octets of the file.'),
  })
  .meta({
    id: 'Image',
    examples: [
      {
        url: '/images/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.png',
        width: 640,
        height: 480,
        bytes: 20_480,
      },
    ],
  });

export type Image = z.output<typeof imageSchema>;

/** The name in the address of an image. */
export const imageName = z.strictObject({ name: z.string().max(80) });

export type ImageName = z.output<typeof imageName>;
