"""What this machine can compute with, in words."""

import torch


def describe_devices() -> list[tuple[str, str]]:
    """(device, description) of every device that torch can use here; importing this module needs torch."""
    capability = torch.backends.cpu.get_cpu_capability()
    devices = [("cpu", f"{torch.get_num_threads()} threads, {capability}")]
    for index in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(index)
        devices.append((f"cuda:{index}", f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB"))
    if torch.backends.mps.is_available():
        devices.append(("mps", "Apple GPU"))
    return devices
