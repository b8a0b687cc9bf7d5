"""Building pieces; a config passes the class itself: ``$block = "BasicBlock"``."""

from __future__ import annotations

from torch import Tensor, nn

from .. import MODULE


class ConvBnAct(nn.Sequential):
    """Convolution, batch normalisation, activation.

    Args:
        in_channels: Channels coming in.
        out_channels: Channels going out.
        stride: 2 halves height and width.
        act: The class of the activation.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, act: type[nn.Module] = nn.ReLU) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.act = act()


class BasicBlock(nn.Module):
    """Two convolutions and a shortcut.

    Args:
        in_channels: Channels coming in.
        out_channels: Channels going out.
        stride: 2 halves height and width.
        act: The class of the activation.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, act: type[nn.Module] = nn.ReLU) -> None:
        super().__init__()
        self.conv1 = ConvBnAct(in_channels, out_channels, stride, act)
        self.conv2 = ConvBnAct(out_channels, out_channels, act=nn.Identity)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Conv2d(in_channels, out_channels, 1, stride)
        self.act = act()

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.conv2(self.conv1(x)) + self.shortcut(x))


MODULE.register_all([ConvBnAct, BasicBlock])
