// The certificate of the lab's FTP servers that demand TLS, and its key, which is no secret: nobody else has it. Ed25519, so that every
// handshake has the same length, and a simulation the same course.

export interface LabCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
  /** For --server-tls-pin. */
  readonly pin: string;
}

export const labCertificate: LabCertificate = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIBQDCB86ADAgECAhQ12s5IFBFF2e8b8C4b5PLyMLpbtzAFBgMrZXAwFTETMBEG
A1UEAwwKZnRwLXNlcnZlcjAgFw0yNjExMjkwNDEwMzZaGA8yMTI2MTEwNTA0MTAz
NlowFTETMBEGA1UEAwwKZnRwLXNlcnZlcjAqMAUGAytlcAMhAGNS6D6Q3wu+hufK
aF8aIlCZDyJ8QCQPKf7yj95566oJo1MwUTAdBgNVHQ4EFgQURGc4DE0xCpSyw4ma
KeQ6WpPK7T8wHwYDVR0jBBgwFoAURGc4DE0xCpSyw4maKeQ6WpPK7T8wDwYDVR0T
AQH/BAUwAwEB/zAFBgMrZXADQQBlHV5AfxeKsR193qouLK+/TzQi8TBjy2ZUbgQL
L/0fZr//Yhus5eQ2RaE8+C5dNKmtzdZclUY2Hlq6t3rbITID
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINET00cKusWZ43kBoQKgzeEIekDrFsmCrz++v0eFpXDk
-----END PRIVATE KEY-----
`,
  pin: "sha256//bbNhNoQQ0VzcqqFifmuA1yEpb5cSE82g0pPU4DQ6DfY=",
};
