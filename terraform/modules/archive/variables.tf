variable "function" {
  description = "Name of the function and of its folder."
  type        = string
}

variable "root" {
  description = "Path of the repository."
  type        = string
}
