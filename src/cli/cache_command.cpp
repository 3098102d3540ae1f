#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/cache_limits.h"
#include "cli/cache_options.h"
#include "cli/cache_report.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/settings.h"
#include "pep/name.h"
#include "store/store.h"

#include <fmt/core.h>

#include <unistd.h>

namespace cli {

namespace {

using base::Result;

Result<store::Store> open_store(const Context& context) {
    return store::Store::open(TRY(store_options(context)));
}

bool wants_json(const Invocation& invocation) {
    return invocation.value("--output-format") == "json";
}

std::string path_json(const std::string& path) {
    codec::JsonWriter json;
    json.begin_object();
    json.key("path").string(path);
    json.end_object();
    return json.take() + "\n";
}

Result<std::vector<std::string>> package_names(const Invocation& invocation) {
    std::vector<std::string> names;
    for (const std::string& text : invocation.positionals) {
        const Result<pep::PackageName> name = pep::PackageName::parse(text);
        if (!name) {
            return base::fail(base::ErrorKind::Usage, fmt::format("`{}` is no package name", text));
        }
        names.push_back(name->text());
    }
    return names;
}

void note_place(const Context& context, std::string_view what, const std::string& root) {
    const std::string shown =
        context.printer.styled(Stream::Error, Style::Cyan, base::display_path(root));
    context.printer.note(fmt::format("{} at: {}", what, shown));
}

Result<int> clean(const Context& context) {
    const Invocation& invocation = context.invocation;
    const store::StoreOptions options = TRY(store_options(context));
    store::Store store = TRY(store::Store::open(options));
    const store::CleanOptions request{
        .packages = TRY(package_names(invocation)),
        .dry_run = invocation.flag("--dry-run"),
        .force = invocation.flag("--force"),
        .wait = invocation.flag("--wait"),
    };
    const bool exists = base::exists(options.root);
    if (exists && request.packages.empty() && !wants_json(invocation))
        note_place(context, "Clearing cache", options.root);
    const store::CollectionReport done = TRY(store.clean(request));
    if (wants_json(invocation)) {
        context.printer.output(collection_json(done, request.dry_run ? DryRun::Yes : DryRun::No));
    } else if (!done.store_exists) {
        note_place(context, "No cache found", options.root);
    } else {
        print_collection(
            context, done, {"No cache entries found", request.dry_run ? DryRun::Yes : DryRun::No}
        );
    }
    return 0;
}

Result<int> prune(const Context& context) {
    const Invocation& invocation = context.invocation;
    const store::StoreOptions options = TRY(store_options(context));
    store::Store store = TRY(store::Store::open(options));
    const store::PruneOptions request{
        .ci = invocation.flag("--ci"),
        .dry_run = invocation.flag("--dry-run"),
        .force = invocation.flag("--force"),
        .limits = options.limits,
    };
    if (base::exists(options.root) && !wants_json(invocation))
        note_place(context, "Pruning cache", options.root);
    const store::CollectionReport done = TRY(store.prune(request));
    if (wants_json(invocation)) {
        context.printer.output(collection_json(done, request.dry_run ? DryRun::Yes : DryRun::No));
    } else if (!done.store_exists && done.files + done.directories == 0) {
        note_place(context, "No cache found", options.root);
    } else {
        print_collection(
            context,
            done,
            {"No unused entries found", request.dry_run ? DryRun::Yes : DryRun::No, Collector::Prune
            }
        );
    }
    return 0;
}

Result<int> size(const Context& context) {
    const Invocation& invocation = context.invocation;
    store::Store store = TRY(open_store(context));
    const store::StoreSize size = TRY(store.size());
    const std::string format = invocation.value("--output-format").value_or("auto");
    const bool human = invocation.flag("--human") || format == "human" ||
                       (format == "auto" && ::isatty(STDOUT_FILENO) == 1);
    if (format == "json") {
        context.printer.output(size_json(size, TRY(store.list())));
    } else {
        context.printer.output(
            (human ? base::format_bytes(size.bytes) : fmt::format("{}", size.bytes)) + "\n"
        );
        // Looking for programs takes a hundred times as long: not where a number was asked for.
        if (human) print_holdings(context, TRY(store.list()));
    }
    return 0;
}

Result<int> list_bodies(const Context& context) {
    const Invocation& invocation = context.invocation;
    store::Store store = TRY(open_store(context));
    std::vector<store::StoredBody> bodies = TRY(store.list());
    if (invocation.flag("--in-use"))
        std::erase_if(bodies, [](const store::StoredBody& body) { return !body.in_use; });
    context.printer.output(
        wants_json(invocation) ? bodies_json(bodies)
                               : bodies_text(context, bodies, base::wall_clock_ns())
    );
    return 0;
}

int finish(const Context& context, const Result<int>& code) {
    return code ? *code : report(context, code.error());
}

}  // namespace

Result<store::StoreOptions> store_options(const Context& context) {
    const std::string here = TRY(base::current_directory());
    const Configuration configuration =
        TRY(load_configuration(context.invocation, context.variables, ConfigurationScope::All, here)
        );
    const Inputs inputs{context.invocation, context.variables, configuration.settings};
    store::StoreOptions options;
    options.root = TRY(base::absolute_path(cache_root(inputs)));
    if (base::exists(options.root) && !base::is_directory(options.root)) {
        return base::fail(
            base::ErrorKind::Usage,
            fmt::format("the cache `{}` is not a directory", base::display_path(options.root))
        );
    }
    options.temporary_directory = context.variables.find_filled("TMPDIR").value_or("/tmp");
    options.limits = TRY(cache_limits(inputs));
    TRY(check_outside_of_store(here, options.root));
    return options;
}

int cache_dir_command(const Context& context) {
    const Result<std::string> here = base::current_directory();
    if (!here) return report(context, here.error());
    const auto configuration =
        load_configuration(context.invocation, context.variables, ConfigurationScope::All, *here);
    if (!configuration) return report(context, configuration.error());
    const Inputs inputs{context.invocation, context.variables, configuration->settings};
    std::string root = cache_root(inputs);
    if (inputs.invocation.toggle("--no-cache")
            .value_or(configuration->settings.no_cache.value_or(false))) {
        const std::string temporary = context.variables.find_filled("TMPDIR").value_or("/tmp");
        root = fmt::format("{}/adder-{}", temporary, ::getuid());
    } else if (const Result<void> outside = check_outside_of_store(*here, root); !outside) {
        return report(context, outside.error());
    }
    context.printer.output(
        wants_json(context.invocation)
            ? path_json(root)
            : context.printer.styled(Stream::Output, Style::Cyan, root) + "\n"
    );
    return 0;
}

int cache_size_command(const Context& context) {
    return finish(context, size(context));
}

int cache_list_command(const Context& context) {
    return finish(context, list_bodies(context));
}

int cache_clean_command(const Context& context) {
    return finish(context, clean(context));
}

int cache_prune_command(const Context& context) {
    return finish(context, prune(context));
}

}  // namespace cli
