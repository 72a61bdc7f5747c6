"""What happens to a finished drawing: light, style, and the flaws of bad pictures."""

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from training.paperdoll.scene import Scene


def finish(image: Image.Image, scene: Scene, size: int) -> Image.Image:
    """Light, then style, then flaws; the large drawing comes out at `size` pixels."""
    image = _lit(image, scene)
    image = _styled(image.resize((size, size), Image.Resampling.LANCZOS), scene, size)
    if "blurry" in scene.flaws:
        image = image.filter(ImageFilter.GaussianBlur(size / 42))
    if "lowres" in scene.flaws:
        small = image.resize((size // 5, size // 5), Image.Resampling.BOX)
        image = small.resize((size, size), Image.Resampling.BILINEAR)
    return image


def _lit(image: Image.Image, scene: Scene) -> Image.Image:
    if scene.light == "plain":
        return image
    ramp = Image.linear_gradient("L").resize(image.size)
    if scene.light == "sunlight":
        glow = Image.merge("RGB", [ramp.point(lambda v, k=k: round((255 - v) * k)) for k in (0.34, 0.26, 0.08)])
        return ImageChops.add(image, glow)
    shade = ramp.point(lambda v: 255 - round(v * 0.3))
    return ImageChops.multiply(image, Image.merge("RGB", (shade, shade, shade)))


def _styled(image: Image.Image, scene: Scene, size: int) -> Image.Image:
    match scene.style:
        case "sketch":
            grey = ImageOps.grayscale(image)
            edges = ImageChops.subtract(grey.filter(ImageFilter.GaussianBlur(size / 70)), grey)
            lines = edges.point(lambda v: max(0, 255 - v * 6))
            faint = grey.point(lambda v: 200 + v * 55 // 255)
            return Image.merge("RGB", [ImageChops.multiply(lines, faint)] * 3)
        case "pastel":
            soft = ImageEnhance.Color(image).enhance(0.5)
            return Image.blend(soft, Image.new("RGB", image.size, (255, 246, 244)), 0.38)
        case "pixel":
            side = size // 4
            small = image.resize((side, side), Image.Resampling.BOX)
            few = small.quantize(28, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).convert("RGB")
            return few.resize((size, size), Image.Resampling.NEAREST)
        case _:
            return image
