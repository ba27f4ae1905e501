#include "app/sizing_options.h"

#include "base/text.h"

namespace partwise::app {

sizing::SizingSettings sizing_settings(const config::OptionValues& values) {
  sizing::SizingSettings settings;
  settings.model =
      lowered(values.text("model")) == "ratio" ? sizing::Model::ratio : sizing::Model::capacity;
  settings.consumer_capacity = values.rate("consumer_throughput");
  if (values.has("producer_throughput")) {
    settings.producer_capacity = values.rate("producer_throughput");
  }
  settings.factor = values.number("required_consumption_throughput_factor");
  settings.threshold = values.rate("min_consumption_throughput");
  settings.min_partitions = static_cast<int>(values.integer("min_recommended_partitions"));
  settings.consumers = static_cast<int>(values.integer("consumers"));
  return settings;
}

}  // namespace partwise::app
