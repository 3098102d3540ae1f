#include "base/text.h"
#include "cli/completion_model.h"

#include <fmt/format.h>

namespace cli {

namespace {

std::string quoted(std::string_view text) {
    return "'" + base::replace_all(text, "'", "''") + "'";
}

std::string pair_of(std::string_view word, std::string_view about) {
    return fmt::format("[{} {}]", quoted(word), quoted(about));
}

// A list of choices, or the name of what is expected.
std::string value_literal(const CompletionValue& value) {
    if (!value.choices.empty()) {
        std::string words;
        for (const std::string_view choice : value.choices)
            words += " " + quoted(choice);
        return fmt::format("[{}]", words.substr(1));
    }
    if (value.kind == ValueKind::Directory) return "directory";
    return value.kind == ValueKind::File || value.kind == ValueKind::Program ? "file" : "text";
}

std::string options_literal(const std::vector<const OptionSpec*>& options) {
    std::string text;
    for (const OptionSpec* option : options) {
        for (const std::string& spelling : spellings(*option))
            text += fmt::format("\n        {}", pair_of(spelling, option->help));
    }
    return fmt::format("[{}]", text);
}

std::string entry(std::string_view key, std::string_view value) {
    return fmt::format("    &{}={}\n", quoted(key), value);
}

std::string step_entries(const CompletionModel& model) {
    std::string text;
    for (const CompletionStep& step : steps(model))
        text += entry(fmt::format("{}:{}", step.from, step.word), quoted(step.to));
    return text;
}

std::string value_entries(const CompletionModel& model) {
    std::string text;
    for (const CompletionValueOption& option : value_options(model)) {
        text += entry(
            fmt::format("{}:{}", option.command, option.spelling), value_literal(option.value)
        );
    }
    return text;
}

std::string command_entries(const CompletionModel& model) {
    std::string text;
    for (const CompletionCommand& command : model.commands) {
        std::string below;
        for (const CompletionCommand* other : subcommands(model, command))
            below += fmt::format("\n        {}", pair_of(other->names.front(), other->about));
        const std::string argument =
            command.argument.kind == ValueKind::None ? "text" : value_literal(command.argument);
        text += entry(
            command.path,
            fmt::format(
                "[&commands=[{}] &options={} &argument={} &runs={}]",
                below,
                options_literal(command.options),
                argument,
                command.positional.trailing ? "$true" : "$false"
            )
        );
    }
    return text;
}

constexpr std::string_view kScript = R"(# Completes `@` in elvish.
use str

# From a command and a word to the next command.
var @-steps = [
{steps}    &''=''
]

# What follows an option: a list of choices, `file`, `directory` or `text`.
var @-values = [
{values}    &''=''
]

var @-commands = [
{commands}]

var @-global-options = {global_options}

fn @-offer {|value typed|
    if (eq (kind-of $value) list) {
        all $value
    } elif (eq $value file) {
        edit:complete-filename $typed
    } elif (eq $value directory) {
        edit:complete-filename $typed | each {|found|
            if (str:has-suffix $found[stem] '/') { put $found }
        }
    }
}

# What follows the option of the command; empty when it is a flag.
fn @-value {|command option|
    for key [$command':'$option '*:'$option] {
        if (has-key $@-values $key) {
            put $@-values[$key]
            return
        }
    }
    put ''
}

fn @-describe {|pairs|
    for pair $pairs {
        edit:complex-candidate $pair[0] &display=$pair[0]'  ('$pair[1]')'
    }
}

fn @-complete {|@words|
    var typed = $words[-1]
    var command = ''
    var value = ''
    for word $words[1..-1] {
        var key = $command':'$word
        if (not-eq $value '') {
            set value = ''
        } elif (has-key $@-steps $key) {
            set command = $@-steps[$key]
        } elif (str:has-prefix $word '-') {
            set value = (@-value $command $word)
        } elif $@-commands[$command][runs] {
            edit:complete-filename $typed
            return
        }
    }
    var here = $@-commands[$command]
    if (not-eq $value '') {
        @-offer $value $typed
    } elif (and (str:has-prefix $typed '--') (str:contains $typed '=')) {
        var option begun = (str:split &max=2 '=' $typed)
        set value = (@-value $command $option)
        if (eq (kind-of $value) list) {
            each {|choice| put $option'='$choice } $value
        }
    } elif (str:has-prefix $typed '-') {
        @-describe $here[options]
        @-describe $@-global-options
    } else {
        @-describe $here[commands]
        @-offer $here[argument] $typed
    }
}

set edit:completion:arg-completer[@] = $@-complete~
)";

}  // namespace

std::string elvish_completion(const CompletionModel& model) {
    // `@` also marks rest parameters, so these keep theirs.
    std::string script = base::replace_all(kScript, "|@words|", "|{rest}words|");
    script = base::replace_all(script, "@", model.program);
    script = base::replace_all(script, "{rest}", "@");
    script = base::replace_all(script, "{global_options}", options_literal(model.global_options));
    script = base::replace_all(script, "{steps}", step_entries(model));
    script = base::replace_all(script, "{values}", value_entries(model));
    return base::replace_all(script, "{commands}", command_entries(model));
}

}  // namespace cli
