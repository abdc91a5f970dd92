import { generateKeyPairSync, sign } from 'node:crypto'

/** A key and the certificate it signed for itself, as PEM. Made for one test, trusted by nobody else. */
export interface SelfSigned {
  readonly key: string
  readonly cert: string
}

/** Makes a certificate for DNS names (RFC 5280, section 4.1). */
export function createSelfSigned(names: readonly string[]): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const name = sequence(tlv(0x31, sequence(oid('550403'), tlv(0x0c, Buffer.from('test')))))
  const validity = sequence(utcTime('200101000000Z'), utcTime('491231235959Z'))
  const altNames = sequence(...names.map((dns) => tlv(0x82, Buffer.from(dns))))
  const extensions = tlv(0xa3, sequence(sequence(oid('551d11'), tlv(0x04, altNames))))
  const version = tlv(0xa0, integer(2))
  const publicKeyInfo = publicKey.export({ type: 'spki', format: 'der' })
  const body = [version, integer(1), algorithm, name, validity, name, publicKeyInfo, extensions]
  const signed = sequence(...body)
  const signature = tlv(0x03, Buffer.concat([Buffer.of(0), sign('sha256', signed, privateKey)]))
  const certificate = sequence(signed, algorithm, signature).toString('base64')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
  }
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...size), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'))
}

function integer(value: number): Buffer {
  return tlv(0x02, Buffer.of(value))
}

function utcTime(text: string): Buffer {
  return tlv(0x17, Buffer.from(text))
}
