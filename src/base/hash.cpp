// SHA256_* are deprecated for application use in OpenSSL 3.0 and an order of magnitude cheaper to start than EVP.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/hash.h"

#include "base/check.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <xxhash.h>

#include <array>

namespace base {

namespace {

struct AlgorithmName {
    HashAlgorithm algorithm;
    std::string_view name;
    std::size_t hex_length;
};

constexpr std::array kAlgorithms = {
    AlgorithmName{HashAlgorithm::Md5, "md5", 32},
    AlgorithmName{HashAlgorithm::Sha1, "sha1", 40},
    AlgorithmName{HashAlgorithm::Sha224, "sha224", 56},
    AlgorithmName{HashAlgorithm::Sha256, "sha256", 64},
    AlgorithmName{HashAlgorithm::Sha384, "sha384", 96},
    AlgorithmName{HashAlgorithm::Sha512, "sha512", 128},
    AlgorithmName{HashAlgorithm::Blake2b, "blake2b", 128},
};

const AlgorithmName& entry_of(HashAlgorithm algorithm) {
    return kAlgorithms[static_cast<std::size_t>(algorithm)];
}

const EVP_MD* evp_of(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::Md5:
            return EVP_md5();
        case HashAlgorithm::Sha1:
            return EVP_sha1();
        case HashAlgorithm::Sha224:
            return EVP_sha224();
        case HashAlgorithm::Sha256:
            return EVP_sha256();
        case HashAlgorithm::Sha384:
            return EVP_sha384();
        case HashAlgorithm::Sha512:
            return EVP_sha512();
        case HashAlgorithm::Blake2b:
            return EVP_blake2b512();
    }
    return nullptr;
}

std::string encode_base64(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = (group << 8U) | (j < left ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            if (j <= left) {
                text += alphabet[(group >> (18U - 6U * static_cast<unsigned>(j))) & 63U];
            } else if (padded) {
                text += '=';
            }
        }
    }
    return text;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string_view name_of(HashAlgorithm algorithm) {
    return entry_of(algorithm).name;
}

std::optional<HashAlgorithm> hash_algorithm_from_name(std::string_view name) {
    for (const AlgorithmName& entry : kAlgorithms) {
        if (entry.name == name) return entry.algorithm;
    }
    return std::nullopt;
}

Result<HashDigest> HashDigest::parse(std::string_view text) {
    const std::size_t separator = text.find_first_of(":=");
    if (separator == std::string_view::npos) {
        return fail(
            ErrorKind::Invalid,
            fmt::format("`{}` is no hash; expected `<algorithm>:<hex digest>`", text)
        );
    }
    const std::optional<HashAlgorithm> algorithm =
        hash_algorithm_from_name(text.substr(0, separator));
    if (!algorithm) {
        return fail(
            ErrorKind::Invalid,
            fmt::format("unknown hash algorithm `{}`", text.substr(0, separator))
        );
    }
    std::string hex(text.substr(separator + 1));
    for (char& c : hex) {
        if (hex_value(c) < 0)
            return fail(ErrorKind::Invalid, fmt::format("`{}` is no hexadecimal digest", hex));
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    if (hex.size() != entry_of(*algorithm).hex_length) {
        return fail(
            ErrorKind::Invalid,
            fmt::format(
                "a {} digest has {} digits, not {}",
                name_of(*algorithm),
                entry_of(*algorithm).hex_length,
                hex.size()
            )
        );
    }
    return HashDigest{*algorithm, std::move(hex)};
}

std::string HashDigest::to_string() const {
    return fmt::format("{}:{}", name_of(algorithm), hex);
}

struct Hasher::State {
    HashAlgorithm algorithm;
    SHA256_CTX sha256{};
    EVP_MD_CTX* evp = nullptr;
};

Hasher::Hasher(HashAlgorithm algorithm) : state_(std::make_unique<State>()) {
    state_->algorithm = algorithm;
    if (algorithm == HashAlgorithm::Sha256) {
        SHA256_Init(&state_->sha256);
        return;
    }
    state_->evp = EVP_MD_CTX_new();
    CHECK(state_->evp != nullptr, "out of memory");
    CHECK(
        EVP_DigestInit_ex(state_->evp, evp_of(algorithm), nullptr) == 1,
        "the digest is not available"
    );
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Hasher::~Hasher() {
    if (state_ && state_->evp != nullptr) EVP_MD_CTX_free(state_->evp);
}

void Hasher::update(std::string_view bytes) {
    if (state_->evp == nullptr) {
        SHA256_Update(&state_->sha256, bytes.data(), bytes.size());
    } else {
        EVP_DigestUpdate(state_->evp, bytes.data(), bytes.size());
    }
}

std::string Hasher::finish() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = SHA256_DIGEST_LENGTH;
    if (state_->evp == nullptr) {
        SHA256_Final(digest, &state_->sha256);
    } else {
        EVP_DigestFinal_ex(state_->evp, digest, &size);
    }
    std::string bytes(size, '\0');
    std::memcpy(bytes.data(), digest, size);
    return bytes;
}

std::string Hasher::finish_hex() {
    return to_hex(finish());
}

std::string sha256(std::string_view bytes) {
    Hasher hasher;
    hasher.update(bytes);
    return hasher.finish();
}

std::string sha256_hex(std::string_view bytes) {
    return to_hex(sha256(bytes));
}

FastHash fast_hash(std::string_view bytes) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return {hash.high64, hash.low64};
}

std::string fast_hash_hex(std::string_view bytes) {
    const FastHash hash = fast_hash(bytes);
    return fmt::format("{:016x}{:016x}", hash[0], hash[1]);
}

std::string to_hex(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

std::optional<std::string> from_hex(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = hex_value(hex[i]);
        const int low = hex_value(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

std::string to_base64url(std::string_view bytes) {
    return encode_base64(
        bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false
    );
}

std::string to_base64(std::string_view bytes) {
    return encode_base64(
        bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true
    );
}

}  // namespace base
