// Digests. Sha256 is OpenSSL's (SHA-NI where the CPU has it) without the EVP layer, whose first use costs 0.7 ms;
// Hasher reaches every algorithm that a `--hash` or an index may name. fast_hash is XXH3-128: for keys and damage
// checks inside our own store, never for anything an outsider could choose.
#pragma once

#include "base/result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace base {

enum class HashAlgorithm { Md5, Sha1, Sha224, Sha256, Sha384, Sha512, Blake2b };

// A digest with its algorithm: "sha256" and lower-case hex.
struct HashDigest {
    HashAlgorithm algorithm = HashAlgorithm::Sha256;
    std::string hex;

    // "sha256:ab12..." or "sha256=ab12..."; the length must fit the algorithm.
    static Result<HashDigest> parse(std::string_view text);
    std::string to_string() const;  // "sha256:..."
    auto operator<=>(const HashDigest&) const = default;
};

std::string_view name_of(HashAlgorithm algorithm);
std::optional<HashAlgorithm> hash_algorithm_from_name(std::string_view name);

class Hasher {
  public:
    explicit Hasher(HashAlgorithm algorithm = HashAlgorithm::Sha256);
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    ~Hasher();

    void update(std::string_view bytes);
    // Ends the computation; the object may only be destroyed afterwards.
    std::string finish();  // raw bytes
    std::string finish_hex();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string sha256(std::string_view bytes);  // 32 raw bytes
std::string sha256_hex(std::string_view bytes);

using FastHash = std::array<std::uint64_t, 2>;
FastHash fast_hash(std::string_view bytes);
std::string fast_hash_hex(std::string_view bytes);  // 32 hex digits

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view hex
);                                                 // nullopt for odd length or foreign characters
std::string to_base64url(std::string_view bytes);  // RFC 4648 section 5, no padding (RECORD)
std::string to_base64(std::string_view bytes);     // RFC 4648 section 4, padded (HTTP Basic)

}  // namespace base
