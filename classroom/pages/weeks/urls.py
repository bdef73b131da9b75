"""Addresses of weeks, below `/c/<course>/weeks/`."""

from django.urls import path

from classroom.pages.weeks import editing, materials, reading

urlpatterns = [
    path("", reading.weeks, name="weeks"),
    path("new/", editing.new, name="new_week"),
    path("<int:number>/", reading.week, name="week"),
    path("<int:number>/edit/", editing.edit, name="edit_week"),
    path("<int:number>/move/", editing.move, name="move_week"),
    path("<int:number>/delete/", editing.delete, name="delete_week"),
    path("<int:number>/topics/new/", editing.new_topic, name="new_topic"),
    path("<int:number>/topics/<int:pk>/", editing.topic, name="edit_topic"),
    path("<int:number>/topics/<int:pk>/move/", editing.move_topic, name="move_topic"),
    path("<int:number>/topics/<int:pk>/delete/", editing.delete_topic, name="delete_topic"),
    path("<int:number>/materials/new/", materials.new, name="new_material"),
    path("<int:number>/materials/<int:pk>/", reading.material, name="material"),
    path("<int:number>/materials/<int:pk>/edit/", materials.edit, name="edit_material"),
    path("<int:number>/materials/<int:pk>/move/", materials.move, name="move_material"),
    path("<int:number>/materials/<int:pk>/publish/", materials.publish, name="publish_material"),
    path("<int:number>/materials/<int:pk>/delete/", materials.delete, name="delete_material"),
]
