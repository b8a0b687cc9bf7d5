"""What a deep-learning framework would bring: tensors with gradients and modules. Nothing here is registered."""
