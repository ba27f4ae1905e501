#include "http/xml_text.h"

#include <gtest/gtest.h>

namespace partwise::http {
namespace {

TEST(XmlText, IsTheFirstElementWithItsEntitiesDecoded) {
  EXPECT_EQ(xml_text("<a><b> x &lt;&amp;&#65;&#x20AC;&#x1F600; </b><b>y</b></a>", "b"),
            "x <&A\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(xml_text("<b></b>", "b"), "");
}

TEST(XmlText, IsNoneForWhatIsNotPlainText) {
  for (const auto* xml : {"", "<a>x</a>", "<b>x", "<b>x<c/></b>", "<b>x</c>", "<b>&nope;</b>",
                          "<b>&lt</b>", "<b>&#0;</b>", "<b>&#xD800;</b>", "<b>&#x110000;</b>",
                          "<b>&#;</b>", "<b>&#99999999999;</b>", "<b"}) {
    EXPECT_FALSE(xml_text(xml, "b")) << xml;
  }
}

}  // namespace
}  // namespace partwise::http
