# What a function is deployed from, out of the real files.
variables {
  function = "send_step"
  root     = "./.."
}

run "an_archive_holds_the_function_and_the_library_and_nothing_else" {
  command = plan

  module {
    source = "./modules/archive"
  }

  assert {
    condition     = alltrue([for name in ["main.py", "requirements.txt", "lib/config.py", "lib/flows/sending.py"] : contains(output.files, name)])
    error_message = "main.py, requirements.txt and lib belong into an archive."
  }

  assert {
    condition     = alltrue([for name in output.files : name == "main.py" || name == "requirements.txt" || (startswith(name, "lib/") && endswith(name, ".py"))])
    error_message = "Neither tests nor another function belong into an archive."
  }

  assert {
    condition     = can(regex("^send_step-[0-9a-f]{16}\\.zip$", output.name))
    error_message = "An archive is named by its content."
  }
}
