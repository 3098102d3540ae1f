#include "net/trust.h"

#include "base/file.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace net {

namespace {

constexpr std::uint64_t kLargestPemFile = 4 << 20;
constexpr std::size_t kLargestPem = 32 << 20;

// "002c0b4f.0": what openssl-rehash(1) makes.
bool is_hashed_name(std::string_view name) {
    return name.size() >= 10 && name[8] == '.' &&
           base::parse_unsigned(name.substr(9)).has_value() &&
           name.substr(0, 8).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool has_hashed_names(const std::vector<base::DirectoryEntry>& entries) {
    return std::ranges::any_of(entries, [](const base::DirectoryEntry& entry) {
        return is_hashed_name(entry.name);
    });
}

bool is_certificate_name(std::string_view name) {
    return name.ends_with(".pem") || name.ends_with(".crt") || name.ends_with(".cer");
}

std::string read_certificates(
    const std::string& directory, const std::vector<base::DirectoryEntry>& entries
) {
    std::string pem;
    for (const base::DirectoryEntry& entry : entries) {
        if (!is_certificate_name(entry.name) || pem.size() > kLargestPem) continue;
        // What is unreadable or no certificate is left out; OpenSSL skips what is between
        // certificates.
        const auto text = base::read_file(base::join_path(directory, entry.name), kLargestPemFile);
        if (text && text->find("-----BEGIN CERTIFICATE-----") != std::string::npos)
            pem += *text + '\n';
    }
    return pem;
}

void add_directory(const std::string& directory, TrustSource& source) {
    const auto entries = base::list_directory(directory);
    if (!entries) {
        source.notes.push_back(
            fmt::format("SSL_CERT_DIR names `{}`, which is no readable directory", directory)
        );
        return;
    }
    if (has_hashed_names(*entries)) {
        source.hashed_directory += source.hashed_directory.empty() ? directory : ':' + directory;
    } else {
        source.pem += read_certificates(directory, *entries);
    }
}

}  // namespace

TrustSource find_trust(
    const TrustOptions& options,
    const std::vector<std::string>& system_directories,
    const std::vector<std::string>& system_files
) {
    TrustSource source;
    for (const std::string_view directory : base::split(options.certificate_directory, ':')) {
        if (!directory.empty()) add_directory(std::string(directory), source);
    }
    if (base::is_regular_file(options.certificate_file)) {
        source.file = options.certificate_file;
    } else if (!options.certificate_file.empty()) {
        source.notes.push_back(
            fmt::format("SSL_CERT_FILE names `{}`, which is no file", options.certificate_file)
        );
    }
    // Values that lead nowhere are as good as none, so that a stale variable does not cut the
    // machine off.
    if (!source.hashed_directory.empty() || !source.file.empty() || !source.pem.empty())
        return source;

    for (const std::string& directory : system_directories) {
        const auto entries = base::list_directory(directory);
        if (!entries || !has_hashed_names(*entries)) continue;
        source.hashed_directory = directory;
        return source;
    }
    const auto file = std::ranges::find_if(system_files, base::is_regular_file);
    if (file != system_files.end()) {
        source.file = *file;
    } else {
        source.notes.emplace_back(
            "no trusted certificates are installed; on Debian they are in `ca-certificates`"
        );
    }
    return source;
}

TrustSource find_trust(const TrustOptions& options) {
    return find_trust(
        options,
        {"/etc/ssl/certs", "/etc/pki/ca-trust/extracted/pem/directory-hash", "/etc/openssl/certs"},
        {
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem",
        }
    );
}

}  // namespace net
