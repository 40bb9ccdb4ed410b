import { imageSize } from 'image-size';

/** The formats that are taken, with the media type that each is served with. None of them can hold a script. */
export const MEDIA_TYPES = { png: 'image/png', jpg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp' } as const;

export type ImageFormat = keyof typeof MEDIA_TYPES;

export interface ImageForm {
  readonly format: ImageFormat;
  readonly width: number;
  readonly height: number;
}

/** How each format begins. What a file's name or sender says of it does not count. */
const BEGINNINGS: readonly [format: ImageFormat, at: number, octets: string][] = [
  ['png', 0, '89504e470d0a1a0a'],
  ['jpg', 0, 'ffd8ff'],
  ['gif', 0, '474946383761'],
  ['gif', 0, '474946383961'],
  ['webp', 8, '57454250'],
];

/** The format and the size in pixels of an image; undefined when it is no image of a known format. */
export function imageForm(bytes: Buffer): ImageForm | undefined {
  const format = BEGINNINGS.find(([, at, octets]) => bytes.toString('hex', at, at + octets.length / 2) === octets)?.[0];
  if (!format) return undefined;
  try {
    const { type, width, height } = imageSize(bytes);
    return type === format && width > 0 && height > 0 ? { format, width, height } : undefined;
  } catch {
    return undefined;
  }
}
