# The page of the HTML reports, bundled from web/ by vite: PARTWISE_REPORT_PAGE is its one file.
set(PARTWISE_REPORT_PAGE ${PROJECT_BINARY_DIR}/web/report.html)
set(web ${PROJECT_SOURCE_DIR}/web)
file(GLOB_RECURSE web_sources CONFIGURE_DEPENDS ${web}/src/*)
list(FILTER web_sources EXCLUDE REGEX "\\.test\\.ts$")
add_custom_command(
  OUTPUT ${PARTWISE_REPORT_PAGE}
  COMMAND ${PROJECT_SOURCE_DIR}/tools/setup/web.sh bundle ${PROJECT_BINARY_DIR}/web
  DEPENDS ${web_sources} ${web}/report.html ${web}/vite.config.ts ${web}/single_file.ts
          ${web}/tsconfig.json ${web}/package-lock.json
  COMMENT "Bundling the web page of the reports"
  VERBATIM)
