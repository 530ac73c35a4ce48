// shows: a photo that is opened by its address
// manifest: {launcher: Main}
// hit: [photos@content://media/external/images/media before_consent = launcher Main.onCreate]
// miss: []

import android.net.Uri;
import android.provider.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Uri base = MediaStore.Images.Media.EXTERNAL_CONTENT_URI;  // hit
      Uri base = Uri.parse("content://cn.example.notes");       // miss
      getContentResolver().openInputStream(ContentUris.withAppendedId(base, 1));
    } catch (Exception error) { }
  }
}
