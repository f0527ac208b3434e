"""The churn model and the cross-sell model: features, fitting, reasons, evaluation, files."""
