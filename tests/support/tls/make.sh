#!/usr/bin/env bash
# Makes the certificates of the TLS tests anew. They are worth nothing: their keys lie beside them.
#
#   authority.pem         signs the others
#   server.pem            certificate and key of the server at 127.0.0.1, and only there
#   expired.pem           the same, expired in 2020
#   client.pem            certificate and key of a client
#   directory/HASH.0      authority.pem under the name OpenSSL looks for in SSL_CERT_DIR
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

new_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"; }
request() { openssl req -new -key "$work/$1.key" -subj "/CN=adder test $1" -out "$work/$1.csr"; }

new_key authority
openssl req -x509 -new -key "$work/authority.key" -subj "/CN=adder test authority" -days 36500 -out authority.pem

# sign NAME BEGIN END EXTENSION...
sign() {
    local name=$1 begin=$2 end=$3
    shift 3
    new_key "$name"
    request "$name"
    printf '%s\n' "$@" >"$work/$name.ext"
    : >"$work/index.txt"
    openssl ca -batch -notext -config <(printf '%s\n' '[ca]' 'default_ca=d' '[d]' "database=$work/index.txt" "new_certs_dir=$work" \
        'default_md=sha256' 'policy=p' 'rand_serial=yes' 'unique_subject=no' '[p]' 'commonName=supplied') \
        -cert authority.pem -keyfile "$work/authority.key" -startdate "$begin" -enddate "$end" -extfile "$work/$name.ext" \
        -in "$work/$name.csr" -out "$work/$name.crt" 2>/dev/null
    cat "$work/$name.crt" "$work/$name.key" >"$name.pem"
}

sign server 20200101000000Z 21200101000000Z 'subjectAltName=IP:127.0.0.1' 'extendedKeyUsage=serverAuth'
sign expired 20190101000000Z 20200101000000Z 'subjectAltName=IP:127.0.0.1' 'extendedKeyUsage=serverAuth'
sign client 20200101000000Z 21200101000000Z 'extendedKeyUsage=clientAuth'
rm -rf directory
mkdir directory
cp authority.pem "directory/$(openssl x509 -hash -noout -in authority.pem).0"
