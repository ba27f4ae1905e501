# partwise_asset(TARGET SYMBOL FILE): puts a file into a library as it is, in read-only memory:
#
#   extern "C" const char SYMBOL[];
#   extern "C" const std::uint64_t SYMBOL_size;
#
# FILE may be made by a command of the same folder.
function(partwise_asset target symbol file)
  set(assembly ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.S)
  file(CONFIGURE OUTPUT ${assembly} CONTENT [[
  .section .rodata
  .balign 16
  .global @symbol@
  .global @symbol@_size
@symbol@:
  .incbin "@file@"
.L@symbol@_end:
  .balign 8
@symbol@_size:
  .quad .L@symbol@_end - @symbol@
  .section .note.GNU-stack,"",%progbits
]] @ONLY)
  set_source_files_properties(${assembly} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${assembly})
endfunction()
