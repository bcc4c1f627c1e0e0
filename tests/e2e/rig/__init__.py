"""What the e2e tests are made with: phones, ears, and a platform of their own."""
