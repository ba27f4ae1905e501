// Settings of a Kafka client: Java's client.properties and librdkafka's own names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/secret.h"

namespace partwise::config {

/// One setting under librdkafka's name.
struct ClientProperty {
  std::string name;
  Secret value;      ///< all values are kept as secrets: passwords hide in many of them
  std::string from;  ///< "client.properties line 3", for messages
};

using ClientProperties = std::vector<ClientProperty>;

/// Settings to use, and a warning for each that belongs to clients of another kind.
struct TranslatedProperties {
  ClientProperties properties;
  std::vector<std::string> warnings;
};

/// Translates settings under Java's or librdkafka's names: names that differ, PEM stores,
/// sasl.jaas.config, client credentials for tokens. Each setting has one name behind it.
///
/// errors: invalid_input for each property that cannot be honoured, naming it and its line
tl::expected<TranslatedProperties, Errors> translated(const ClientProperties& given);

/// Reads the text of a Java properties file, translated. A name with nothing behind it, which Java
/// takes for an empty value, is an error.
tl::expected<TranslatedProperties, Errors> client_properties_from_text(std::string_view text,
                                                                       const std::string& file);

/// Reads and translates a file.
tl::expected<TranslatedProperties, Errors> client_properties_from_file(const std::string& path);

/// invalid_input for each property that names a file which cannot be read: librdkafka would say
/// only that something failed.
Errors unreadable_files(const ClientProperties& properties);

/// The value of a property, or empty.
const ClientProperty* find_property(const ClientProperties& properties, std::string_view name);

/// Replaces a property of the same name, or adds it.
void set_property(ClientProperties& properties, ClientProperty property);

}  // namespace partwise::config
