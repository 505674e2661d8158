// A certificate for localhost and 127.0.0.1 that was good on 1 January 2020; it is its own root. openssl 3.0 makes none.
import type { Certificate } from "./certificate.ts";

export const expiredCertificate: Pick<Certificate, "certificate" | "key"> = {
  certificate: Buffer.from(`-----BEGIN CERTIFICATE-----
MIIBRTCB7KADAgECAgEHMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
dDAeFw0yMDAxMDEwMDAwMDBaFw0yMDAxMDIwMDAwMDBaMBQxEjAQBgNVBAMMCWxv
Y2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHTzwEmWJBDWer4U4m5Y
kDmXqTyBwoTGD5pevUx4WkpJKgdYK7Uyqr0GZIm1cioKlqLqV0xh7ls8vBWv4Eje
OWijLzAtMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIBlRhwyqSQ9mSHzOjCvJHil0naraOAi+lSmr
UHDVS8mnAiEA++MGRS68LA1SJLpZU1jIKbH9PaVPsXJZJyHA5qOM4TQ=
-----END CERTIFICATE-----
`),
  key: Buffer.from(`-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeI9QHNFKOmQMpgGi
Dtdb5HT5uTBrGFtC2XPVPqb9gSOhRANCAAR088BJliQQ1nq+FOJuWJA5l6k8gcKE
xg+aXr1MeFpKSSoHWCu1Mqq9BmSJtXIqCpai6ldMYe5bPLwVr+BI3jlo
-----END PRIVATE KEY-----
`),
};
