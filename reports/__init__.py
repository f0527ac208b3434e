"""What leaves the building: files and documents. No Streamlit, so that the scheduler can make them too."""
