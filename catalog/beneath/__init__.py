"""What lies below a photo root, opened there: no other file than the one that was looked at"""
