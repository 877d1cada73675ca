/**
 * How much connections with peers are to be encrypted: `prefer` does so with those who can and meets the others in the
 * clear, `require` meets nobody else, `off` knows nothing of it.
 */
export type EncryptionMode = 'prefer' | 'require' | 'off';
