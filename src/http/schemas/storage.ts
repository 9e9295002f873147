// Stored files and their sizes, as the API shows them.
import Type, { type Static } from 'typebox'
import { id, nullable, time } from './common.ts'

const bytes = Type.Integer({ description: 'Bytes' })

export const storageSchema = Type.Object({
  files: Type.Integer(),
  used: bytes,
  quota: nullable(
    Type.Integer({ description: 'The most bytes in total (TOTAL_QUOTA_BYTES). Null: no limit.' })
  ),
  owner_quota: nullable(
    Type.Integer({ description: 'The most bytes per owner (OWNER_QUOTA_BYTES). Null: no limit.' })
  ),
  disk_free: bytes,
  disk_reserve: Type.Integer({
    description: 'Free bytes below which exports and uploads are refused (MIN_FREE_BYTES)',
  }),
  expired: Type.Object({
    files: Type.Integer(),
    bytes,
    tombstones: Type.Integer({ description: 'Rows of files whose bytes were removed long ago' }),
  }, { description: 'What the next housekeeping job would remove' }),
  owners: Type.Array(
    Type.Object({
      owner_type: Type.String({ description: '`course`, or `user` for the uploads of an administrator' }),
      owner_id: id,
      name: nullable(Type.String({ description: 'The name of a course' })),
      files: Type.Integer(),
      bytes,
    }),
    { description: 'The largest owners first' }
  ),
}, { title: 'Storage' })
export type Storage = Static<typeof storageSchema>

/** A file of a course. */
export const fileSchema = Type.Object({
  id,
  category: Type.String(),
  filename: Type.String(),
  url: Type.String({
    format: 'uri',
    description: 'Absolute. Everyone who has it may download the file, unless FILE_ACCESS says otherwise.',
  }),
  content_type: Type.String(),
  size: bytes,
  sha256: Type.String(),
  created_at: time,
  created_by: nullable(Type.String()),
  expires_at: nullable(time),
}, { title: 'File' })
export type StoredFile = Static<typeof fileSchema>
