// What stands in an element of XML or HTML.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace partwise::http {

/// The text of the first element with this name, with its entities decoded. None where there is no
/// such element or it is not plain text. Comments and CDATA, which no answer
/// that is read here has, are not told apart from text.
std::optional<std::string> xml_text(std::string_view xml, std::string_view element);

}  // namespace partwise::http
