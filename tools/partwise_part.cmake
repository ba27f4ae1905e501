# partwise_part(NAME DEPENDS parts...): a library of src/NAME/*.cc and a test program of its
# *_test.cc. *_fake.h are for tests.
function(partwise_part name)
  cmake_parse_arguments(PART "" "" "DEPENDS" ${ARGN})
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")

  add_library(partwise_${name} STATIC ${sources})
  target_include_directories(partwise_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
  list(TRANSFORM PART_DEPENDS PREPEND partwise_ OUTPUT_VARIABLE lower)
  target_link_libraries(partwise_${name} PUBLIC ${lower} fmt::fmt tl::expected
                                         PRIVATE nlohmann_json::nlohmann_json Threads::Threads)

  if(PARTWISE_TESTS AND tests)
    add_executable(${name}_test ${tests})
    if(PARTWISE_SANITIZE)
      # What the tests try is optimised; they themselves need not be, and compile in half the time.
      target_compile_options(${name}_test PRIVATE -O0)
    endif()
    target_link_libraries(${name}_test PRIVATE partwise_${name} nlohmann_json::nlohmann_json
                                               rapidcheck GTest::gtest_main)
    gtest_discover_tests(${name}_test TEST_PREFIX ${name}. DISCOVERY_MODE PRE_TEST)
  endif()
endfunction()
