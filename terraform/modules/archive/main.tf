# What a function is deployed from. A module of its own: Terraform takes two seconds to read all of the code, and tests of
# the rest do without.
locals {
  # The one list of files, which the tests read too (functions/README.md).
  patterns = jsondecode(file("${var.root}/functions/archive.json"))
  own      = "${var.root}/functions/${var.function}"

  files = merge(
    { for name in setunion([for pattern in local.patterns.shared : fileset(var.root, pattern)]...) : name => "${var.root}/${name}" },
    { for name in setunion([for pattern in local.patterns.own : fileset(local.own, pattern)]...) : name => "${local.own}/${name}" },
  )
}

data "archive_file" "this" {
  type             = "zip"
  output_path      = "${path.root}/.archives/${var.function}.zip"
  output_file_mode = "0644"

  # Names at the archive's root, which no folder of the repository has as they are needed.
  dynamic "source" {
    for_each = local.files

    content {
      filename = source.key
      content  = file(source.value)
    }
  }

  lifecycle {
    precondition {
      condition     = alltrue([for name in ["main.py", "requirements.txt", "lib/config.py"] : contains(keys(local.files), name)])
      error_message = "The archive lacks main.py, requirements.txt or lib."
    }
  }
}
