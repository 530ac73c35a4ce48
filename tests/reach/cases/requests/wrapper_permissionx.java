// shows: a wrapper library that is given a list
// manifest: {launcher: Main}
// hit:
//   - asks CAMERA,READ_CONTACTS before_consent = launcher Main.onCreate
// miss: [asks CAMERA before_consent = launcher Main.onCreate]

import com.permissionx.guolindev.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    PermissionX.init(this).permissions("android.permission.CAMERA", "android.permission.READ_CONTACTS"); // hit
    PermissionX.init(this).permissions("android.permission.CAMERA"); // miss
  }
}
package com.permissionx.guolindev;
public class PermissionX { public static PermissionMediator init(Activity on) { return new PermissionMediator(); } }
package com.permissionx.guolindev;
import com.permissionx.guolindev.request.PermissionBuilder;
public class PermissionMediator { public PermissionBuilder permissions(String... names) { return null; } }
package com.permissionx.guolindev.request;
public class PermissionBuilder { }
