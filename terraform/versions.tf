terraform {
  # 1.9 lets a validation look at other variables, 1.11 lets the tests fill computed values in at plan.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = "~> 2.7"
    }
    time = {
      source  = "hashicorp/time"
      version = "~> 0.13"
    }
  }
}

provider "google" {
  project        = var.project
  region         = var.region
  default_labels = merge(var.labels, { app = "outreach" })

  # Budgets are refused to user credentials that name no project to count the calls on.
  user_project_override = true
  billing_project       = var.project
}
