variable "name" {
  description = "Name of the function, of its folder and of its entry point."
  type        = string
}

variable "description" {
  description = "What it does."
  type        = string
}

variable "memory" {
  description = "Memory of an instance, such as 512Mi."
  type        = string
}

variable "cpu" {
  description = "Processors of an instance, as text."
  type        = string
}

variable "concurrency" {
  description = "How many requests one instance works on at once."
  type        = number

  validation {
    condition     = var.concurrency == 1 || tonumber(var.cpu) >= 1
    error_message = "More than one request at a time needs a whole cpu."
  }
}

variable "min_instances" {
  description = "Instances that are kept running."
  type        = number
}

variable "max_instances" {
  description = "Instances at most."
  type        = number
}

variable "timeout_seconds" {
  description = "When a request is cut off."
  type        = number
}

variable "environment" {
  description = "Its environment variables."
  type        = map(string)
}

variable "project" {
  description = "Id of the project."
  type        = string
}

variable "region" {
  description = "Its region."
  type        = string
}

variable "database" {
  description = "The Firestore database that it reads and writes."
  type        = string
}

variable "invokers" {
  description = "Who may call it, by kind of caller: members as IAM names them."
  type        = map(string)
}

variable "ingress" {
  description = "From where requests come through: ALLOW_ALL, ALLOW_INTERNAL_ONLY or ALLOW_INTERNAL_AND_GCLB."
  type        = string

  validation {
    condition     = var.ingress == "ALLOW_INTERNAL_ONLY" || contains(values(var.invokers), "allUsers")
    error_message = "A function that is not public is internal."
  }
}

variable "store" {
  description = "Whether it reads and writes Firestore."
  type        = bool
}

variable "secrets" {
  description = "Ids of the secrets that it may read, by name."
  type        = map(string)
}

variable "queues" {
  description = "Names of the queues into which it may put tasks, by what those are."
  type        = map(string)
}

variable "calls_as" {
  description = "Name of the service account that tasks call with; it may act as that when it may queue any."
  type        = string
}

variable "archive" {
  description = "What it is deployed from: a name by its content, and where it lies on this machine."
  type        = object({ name = string, path = string })
}

variable "bucket" {
  description = "Bucket of the archives."
  type        = string
}

variable "registry" {
  description = "Id of the registry of the images."
  type        = string
}

variable "build_as" {
  description = "Name of the service account that builds."
  type        = string
}

variable "after" {
  description = "What must be there before anything of it is made."
  type        = list(string)
}
