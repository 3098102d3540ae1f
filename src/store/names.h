// Names: the links that are the only index of the store. `key/<key>` holds the id of a body;
// `ref/<group>` holds the key that a group uses. The text of a link is not a path.
//
// A name is written as "<id>~<boot>" and becomes plain "<id>" once a syncfs(2) has put the body on
// disk: after a power cut, names of an earlier boot that still carry the suffix are misses.
#pragma once

#include "base/result.h"
#include "store/layout.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store {

struct Name {
    std::string id;
    std::string boot;  // "" once it is known to be on disk

    static std::optional<Name> parse(std::string_view text);

    std::string text() const { return boot.empty() ? id : id + "~" + boot; }

    bool operator==(const Name&) const = default;
};

struct KeyedName {
    std::string key;
    Name name;
};

// nullopt: no such name, or one that leads nowhere.
base::Result<std::optional<Name>> read_name(const Layout& layout, std::string_view key);
// Puts the name in place of whatever was there, at once.
base::Result<void> write_name(const Layout& layout, std::string_view key, const Name& name);
// Removes the name if it still leads to this body. Who is about to remove the body must not go on when this
// fails: names go first.
base::Result<void> remove_name(const Layout& layout, std::string_view key, std::string_view id);
// All that can be read; whatever else lies in the directory is named with an empty id.
base::Result<std::vector<KeyedName>> list_names(const Layout& layout);
// Makes removals durable: after a power cut no name leads to a half-deleted body.
void sync_names(const Layout& layout);
// Takes the boot suffix away unless the name has changed meanwhile, its key is being built, or its body is being
// collected. Like everybody who writes a name it holds the lease of the body that the name leads to: so a collector
// that holds a claim knows all names that lead to what it claimed.
void settle_name(const Layout& layout, LockKind kind, const KeyedName& entry);

base::Result<std::optional<std::string>> read_link_text(const std::string& path);
base::Result<void> replace_link(
    const Layout& layout, const std::string& path, const std::string& text
);

}  // namespace store
