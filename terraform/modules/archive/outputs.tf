output "path" {
  description = "Where the archive lies on this machine."
  value       = data.archive_file.this.output_path
}

output "name" {
  description = "A name by the content of its files, so that only a function that has changed is deployed again."
  value       = "${var.function}-${substr(sha256(join("\n", [for name, path in local.files : "${name} ${filesha256(path)}"])), 0, 16)}.zip"
}

output "files" {
  description = "Names of the files in it, for the tests."
  value       = keys(local.files)
}
