#include "net/credentials.h"

#include "base/hash.h"

namespace net {

void CredentialBook::add(ScopedCredentials entry) {
    entry.prefix = entry.prefix.without_credentials().without_fragment();
    std::erase_if(entries_, [&](const ScopedCredentials& known) {
        return known.prefix == entry.prefix;
    });
    entries_.push_back(std::move(entry));
}

std::optional<Credentials> CredentialBook::find(const Url& url, UrlSource source) const {
    std::optional<Credentials> own = url.credentials();
    if (own && !own->password.empty()) return own;
    std::optional<std::string_view> username;
    if (own) username = own->username;

    if (const auto entry = find_entry(url, username)) return entry;
    const auto fallback = source == UrlSource::Asked ? NetrcDefault::Use : NetrcDefault::Ignore;
    if (const auto entry = netrc_.find(url.host(), username, fallback)) return entry;
    return own;
}

std::optional<Credentials> CredentialBook::find_entry(
    const Url& url, std::optional<std::string_view> username
) const {
    const ScopedCredentials* nearest = nullptr;
    const ScopedCredentials* neighbour = nullptr;
    bool neighbours_agree = true;
    for (const ScopedCredentials& entry : entries_) {
        if (!url.has_same_origin(entry.prefix) ||
            (username && entry.credentials.username != *username))
            continue;
        neighbours_agree = neighbours_agree &&
                           (neighbour == nullptr || neighbour->credentials == entry.credentials);
        neighbour = &entry;
        const bool is_nearer =
            nearest == nullptr || entry.prefix.path().size() > nearest->prefix.path().size();
        if (is_nearer && url.is_within(entry.prefix)) nearest = &entry;
    }
    if (nearest != nullptr) return nearest->credentials;
    if (neighbour != nullptr && neighbours_agree) return neighbour->credentials;
    return std::nullopt;
}

std::string basic_authorization(const Credentials& credentials) {
    return "Basic " + base::to_base64(credentials.username + ":" + credentials.password);
}

}  // namespace net
